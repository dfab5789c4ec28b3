//! Requests that no handler takes: an address that is nobody's, and a method that an address does not take.

use crate::arrival::{finish, make_context, wants_page};
use crate::kept::{self, KeptReference};
use crate::problem::Problem;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::Method;
use http::request::Parts;
use std::sync::Arc;

/// An address that is nobody's: a browser still gets a page in the usual frame.
pub async fn unknown_address(head: Parts) -> Response {
    refuse(&head, Problem::not_found()).await
}

async fn refuse(head: &Parts, problem: Problem) -> Response {
    let context = make_context(head).await.ok();
    if let Some(context) = context.as_ref().filter(|_| wants_page(head)) {
        // What is wrong with the store changes nothing in this answer.
        let _ = context.find_office().await;
    }
    finish(wants_page(head), context.as_ref(), problem.into_response())
}

/// A method that an address does not take. Whoever loads the address of a form as a page, by the browser's way back or after signing
/// in, is led to the page it belongs to.
pub async fn other_method(mut head: Parts, pages: Arc<[&'static str]>) -> Response {
    let kept_reference = KeptReference::take_from(&mut head.uri);
    if head.method != Method::GET || !wants_page(&head) {
        return refuse(&head, Problem::method_not_allowed()).await;
    }
    let context = match make_context(&head).await {
        Ok(context) => context,
        Err(problem) => return finish(true, None, problem.into_response()),
    };
    let response = match kept::page::requested(&context, &head.headers, &kept_reference).await {
        Ok(Some(page)) => page,
        Ok(None) => {
            let page = nearest(&pages, head.uri.path());
            Redirect::to(&kept_reference.add_form_to(page)).into_response()
        }
        Err(problem) => problem.into_response(),
    };
    finish(true, Some(&context), response)
}

/// The nearest address above `path` that is a page of this function; home where there is none.
fn nearest<'p>(pages: &[&str], path: &'p str) -> &'p str {
    let is_page = |path: &str| {
        pages.iter().any(|page| {
            page.split('/').count() == path.split('/').count()
                && page
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(page, path)| page == path || page.starts_with('{'))
        })
    };
    let mut above = path;
    while let Some((parent, _)) = above.rsplit_once('/') {
        if !parent.is_empty() && is_page(parent) {
            return parent;
        }
        above = parent;
    }
    "/"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_address_leads_to_the_page_it_stands_on() {
        let pages = ["/x", "/x/new", "/x/{id}", "/x/{id}/edit"];
        for (path, page) in [
            ("/x/7/decide", "/x/7"),
            ("/x/7/edit/photos", "/x/7/edit"),
            ("/x/7/a/b", "/x/7"),
            ("/x/publish", "/x"),
            ("/y/publish", "/"),
            ("/sign-out", "/"),
        ] {
            assert_eq!(nearest(&pages, path), page, "{path}");
        }
    }
}
