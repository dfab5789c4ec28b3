use super::*;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"x\"\n";

fn refusal(rest: &str) -> String {
    Manifest::parse(&format!("{HEAD}{rest}"), Path::new("spin.toml"))
        .expect_err("refused")
        .to_string()
}

#[test]
fn an_unknown_key_is_refused_with_its_name_and_line() {
    let said = refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nsourcee = 1\n");
    assert!(
        said.contains("line 7") && said.contains("sourcee"),
        "{said}"
    );
}

#[test]
fn what_spin_has_and_we_do_not_is_refused_with_its_name_and_line() {
    let said = refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nfiles = [\"x\"]\n");
    assert!(said.contains("line 7") && said.contains("files"), "{said}");
    let said = refusal("[[trigger.redis]]\nchannel = \"x\"\n");
    assert!(said.contains("redis"), "{said}");
    let said =
        refusal("[trigger]\n[component.a]\nsource = \"a.wasm\"\nsqlite_databases = [\"other\"]\n");
    assert!(said.contains("line 7") && said.contains("other"), "{said}");
}

#[test]
fn a_variable_has_a_default_or_is_required() {
    let said = refusal("[variables]\nboth = { default = \"\", required = true }\n[trigger]\n");
    assert!(said.contains("line 5") && said.contains("both"), "{said}");
}

#[test]
fn a_route_to_nobody_is_refused() {
    let said = refusal("[[trigger.http]]\nroute = \"/\"\ncomponent = \"nobody\"\n");
    assert!(said.contains("line 6") && said.contains("nobody"), "{said}");
}

#[test]
fn our_own_manifest_is_accepted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml");
    Manifest::load(&path).expect("spin.toml");
}
