//! Application variables: their values, and the `{{ name }}` templates in which a component names them.

use crate::manifest::Manifest;
use std::collections::BTreeMap;

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum VariableError {
    #[error("variable `{0}` is required and has no value: set SPIN_VARIABLE_{upper} or --variable {0}=…", upper = .0.to_uppercase())]
    Missing(String),
    #[error("`{0}` is no variable of the manifest")]
    Unknown(String),
    #[error("{0}; it is read from --variable, SPIN_VARIABLE_… or the secrets file, in this order")]
    Weak(#[from] keys::Weak),
    #[error("template `{0}`: a `{{{{` without its `}}}}`")]
    Unclosed(String),
}

/// What somebody has said that a variable is. What is no text in the environment is nothing that anybody meant, and is not passed
/// over for another.
pub fn given(
    name: &str,
    given: &BTreeMap<String, String>,
    secrets: &BTreeMap<String, String>,
) -> Option<String> {
    let environment = || std::env::var_os(format!("SPIN_VARIABLE_{}", name.to_uppercase()));
    given
        .get(name)
        .cloned()
        .or_else(|| environment().map(|value| value.into_string().unwrap_or_default()))
        .or_else(|| secrets.get(name).cloned())
}

/// Every application variable with its value. Where several say one: the command line, then the environment
/// (`SPIN_VARIABLE_NAME`), then the secrets file, then the default.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    pub fn resolve(
        manifest: &Manifest,
        given: &BTreeMap<String, String>,
        secrets: &BTreeMap<String, String>,
    ) -> Result<Self, VariableError> {
        if let Some(unknown) = given
            .keys()
            .find(|name| !manifest.variables.contains_key(*name))
        {
            return Err(VariableError::Unknown(unknown.clone()));
        }
        let mut values = BTreeMap::new();
        for (name, variable) in &manifest.variables {
            let value = self::given(name, given, secrets)
                .or_else(|| variable.default.clone())
                .ok_or_else(|| VariableError::Missing(name.clone()))?;
            keys::check(name, &value)?;
            values.insert(name.clone(), value);
        }
        Ok(Self(values))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Fills in a template such as `https://{{ host }}/`.
    pub fn fill(&self, template: &str) -> Result<String, VariableError> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, tail) = after
                .split_once("}}")
                .ok_or_else(|| VariableError::Unclosed(template.to_owned()))?;
            let name = name.trim();
            filled.push_str(before);
            filled.push_str(
                self.get(name)
                    .ok_or_else(|| VariableError::Unknown(name.to_owned()))?,
            );
            rest = tail;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables(BTreeMap::from([("host".into(), "example.org".into())]))
    }

    #[test]
    fn a_template_takes_its_values() {
        assert_eq!(
            variables().fill("https://{{ host }}:{{host}}/"),
            Ok("https://example.org:example.org/".into())
        );
    }

    #[test]
    fn a_template_with_an_unknown_or_open_name_is_refused() {
        assert_eq!(
            variables().fill("{{ nobody }}"),
            Err(VariableError::Unknown("nobody".into()))
        );
        assert!(matches!(
            variables().fill("{{ host"),
            Err(VariableError::Unclosed(_))
        ));
    }
}
