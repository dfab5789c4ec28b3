use super::*;

fn router(routes: &[(&str, &str)]) -> Router {
    let mut toml = String::from("spin_manifest_version = 2\n[application]\nname = \"x\"\n");
    for (route, component) in routes {
        toml += &format!(
            "[[trigger.http]]\nroute = {route}\ncomponent = \"{component}\"\n[component.{component}]\nsource = \"x\"\n"
        );
    }
    let path = std::env::temp_dir().join(format!("router-{}-{:p}.toml", std::process::id(), &toml));
    std::fs::write(&path, toml).unwrap();
    let manifest = Manifest::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    Router::new(&manifest).unwrap()
}

fn found<'r>(router: &'r Router, path: &str) -> &'r str {
    router.find(path).map_or("", |matched| matched.component)
}

#[test]
fn the_most_specific_route_wins() {
    let router = router(&[
        ("\"/...\"", "all"),
        ("\"/a/...\"", "a"),
        ("\"/a/:id\"", "one"),
        ("\"/a/new\"", "new"),
        ("\"/a/:other/b\"", "b"),
    ]);
    assert_eq!(found(&router, "/"), "all");
    assert_eq!(found(&router, "/x/y"), "all");
    assert_eq!(found(&router, "/a"), "a");
    assert_eq!(found(&router, "/a/7"), "one");
    assert_eq!(found(&router, "/a/new"), "new");
    assert_eq!(found(&router, "/a/7/b"), "b");
    assert_eq!(found(&router, "/a/7/c"), "a");
    assert_eq!(found(&router, "/ab"), "all");
}

#[test]
fn an_exact_route_is_nothing_below_it_and_a_private_one_is_not_served() {
    let router = router(&[("\"/only\"", "only"), ("{ private = true }", "hidden")]);
    assert_eq!(found(&router, "/only"), "only");
    assert_eq!(found(&router, "/only/more"), "");
    assert_eq!(found(&router, "/"), "");
}
