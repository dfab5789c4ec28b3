use super::*;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"x\"\n";

fn refusal(rest: &str) -> String {
    Manifest::parse(&format!("{HEAD}{rest}"), Path::new("spin.toml"))
        .expect_err("refused")
        .to_string()
}

#[test]
fn an_unknown_key_is_refused_with_its_name_and_line() {
    let refused = refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nsourcee = 1\n");
    assert!(
        refused.contains("line 7") && refused.contains("sourcee"),
        "{refused}"
    );
}

#[test]
fn what_spin_has_and_we_do_not_is_refused_with_its_name_and_line() {
    let refused = refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nfiles = [\"x\"]\n");
    assert!(
        refused.contains("line 7") && refused.contains("files"),
        "{refused}"
    );
    let refused = refusal("[[trigger.redis]]\nchannel = \"x\"\n");
    assert!(refused.contains("redis"), "{refused}");
    let refused =
        refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nsqlite_databases = [\"other\"]\n");
    assert!(
        refused.contains("line 7") && refused.contains("other"),
        "{refused}"
    );
}

#[test]
fn a_variable_has_a_default_or_is_required() {
    let refused = refusal("[variables]\nboth = { default = \"\", required = true }\n[trigger]\n");
    assert!(
        refused.contains("line 5") && refused.contains("both"),
        "{refused}"
    );
}

#[test]
fn a_route_to_nobody_is_refused() {
    let refused = refusal("[[trigger.http]]\nroute = \"/\"\ncomponent = \"nobody\"\n");
    assert!(
        refused.contains("line 6") && refused.contains("nobody"),
        "{refused}"
    );
}

#[test]
fn our_own_manifest_is_accepted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml");
    Manifest::load(&path).expect("spin.toml");
}
