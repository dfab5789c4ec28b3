//! Open311 GeoReport v2, so that existing clients can file a report and follow it. JSON and XML.
//!
//! Source: <https://wiki.open311.org/GeoReport_v2/>.

mod format;
mod new_request;
mod requests;
mod services;

use format::RequestError;
use http::StatusCode;
use new_request::{NewRequest, RequestReceipt, file_request};
use requests::{RequestAnswer, RequestFilter, list_requests, show_request};
use services::{Service, ServiceDefinition, list_services, service_definition};
use web::Routes;
use web::Who::Everybody;
use web::api::{Api, asks, gives, takes_fields};

/// The routes, each under the endings that the specification gives a format: none, `.json` and `.xml`.
pub fn routes(routes: Routes) -> Routes {
    let routes = routes.section("Open311");
    let mut routes = routes
        .get("/open311/v2/services/{code}", Everybody, service_definition)
        .api("一类问题要填什么", describe_definition())
        .get("/open311/v2/requests/{id}", Everybody, show_request)
        .api("一件举报", describe_request());
    for (path, name) in [
        ("/open311/v2/services", "services"),
        ("/open311/v2/services.json", "services_json"),
        ("/open311/v2/services.xml", "services_xml"),
    ] {
        routes = routes
            .get(path, Everybody, list_services)
            .api("可以举报哪些问题", describe_services().named(name));
    }
    for (path, listing, filing) in [
        ("/open311/v2/requests", "list_requests", "file_request"),
        (
            "/open311/v2/requests.json",
            "list_requests_json",
            "file_request_json",
        ),
        (
            "/open311/v2/requests.xml",
            "list_requests_xml",
            "file_request_xml",
        ),
    ] {
        routes = routes
            .get(path, Everybody, list_requests)
            .api(
                "从这里提交的举报；没有人写下的内容",
                describe_list().named(listing),
            )
            .post_filing(path, Everybody, file_request)
            .api("提交一件举报", describe_filing().named(filing));
    }
    routes
}

fn describe_services() -> Api {
    or_xml(gives::<Vec<Service>>(), StatusCode::OK)
}

fn describe_definition() -> Api {
    let definition = or_xml(gives::<ServiceDefinition>(), StatusCode::OK);
    or_errors(definition, &[StatusCode::NOT_FOUND])
}

fn describe_list() -> Api {
    let list = asks::<RequestFilter>().gives::<Vec<RequestAnswer>>();
    or_errors(or_xml(list, StatusCode::OK), &[StatusCode::BAD_REQUEST])
}

fn describe_request() -> Api {
    let request = or_xml(gives::<Vec<RequestAnswer>>(), StatusCode::OK);
    or_errors(request, &[StatusCode::NOT_FOUND])
}

fn describe_filing() -> Api {
    let filing = takes_fields::<NewRequest>().takes_form::<NewRequest>();
    let filing = or_xml(
        filing.gives_new::<Vec<RequestReceipt>>(),
        StatusCode::CREATED,
    );
    or_errors(
        filing,
        &[
            StatusCode::BAD_REQUEST,
            StatusCode::NOT_FOUND,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::TOO_MANY_REQUESTS,
        ],
    )
}

/// The same answer in XML.
fn or_xml(api: Api, status: StatusCode) -> Api {
    api.gives_bytes(status, "text/xml")
}

/// The errors that come with these statuses, in either format.
fn or_errors(api: Api, statuses: &[StatusCode]) -> Api {
    statuses.iter().fold(api, |api, status| {
        or_xml(api.gives_as::<Vec<RequestError>>(*status), *status)
    })
}
