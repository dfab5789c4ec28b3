//! What is sent when rows of the list of candidates are ticked.

use domain::EnterpriseNo;

/// The businesses whose rows were ticked, and the station that was chosen for them.
pub struct ChosenBusinesses {
    pub codes: Vec<EnterpriseNo>,
    /// The account of the station; empty where none was chosen.
    pub station: String,
}

impl ChosenBusinesses {
    /// Reads the pairs of the form: each ticked row under the one name `uscc`, the station under `station`. A code that is none is left
    /// out.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut chosen = Self {
            codes: Vec::new(),
            station: String::new(),
        };
        for (name, value) in pairs {
            match name.as_str() {
                "uscc" => chosen.codes.extend(value.parse::<EnterpriseNo>().ok()),
                "station" if chosen.station.is_empty() => chosen.station.clone_from(value),
                _ => {}
            }
        }
        chosen
    }
}
