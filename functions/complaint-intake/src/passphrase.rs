//! The passphrase that opens a case together with its number: 25 digits, to be typed on the number pad of a telephone and read aloud.
//! They carry 83 random bits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use web::{Problem, seal};

const DIGITS: usize = 25;

/// The passphrase in groups of five, as people write it down.
#[derive(Clone)]
pub struct Passphrase(String);

impl Passphrase {
    /// A new passphrase; of a request that may come twice, the same one each time. `request` is a secret of whoever sends it.
    pub async fn new(request: Option<&str>) -> Result<Self, Problem> {
        let Some(request) = request else {
            return Ok(Self::from_random(u128::from_be_bytes(seal::random()?)));
        };
        let hash = seal::keyed_hash("passphrase of a filing", request).await?;
        let bytes = URL_SAFE_NO_PAD.decode(hash).map_err(Problem::internal)?;
        let first: [u8; 16] = bytes
            .get(..16)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Problem::internal("a hash of too few bytes"))?;
        Ok(Self::from_random(u128::from_be_bytes(first)))
    }

    fn from_random(random: u128) -> Self {
        let digits = format!("{:0DIGITS$}", random % 10_u128.pow(25));
        let groups: Vec<&str> = (0..DIGITS)
            .step_by(5)
            .map(|at| &digits[at..at + 5])
            .collect();
        Self(groups.join(" "))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that is stored in its place beside that case. The hash of another case does not open it.
    pub async fn hash(code: &str, typed: &str) -> Result<String, Problem> {
        Self::bind(code, &Self::unbound_hash(typed).await?).await
    }

    /// The same, made from what [`Self::unbound_hash`] gave.
    pub async fn bind(code: &str, unbound: &str) -> Result<String, Problem> {
        seal::keyed_hash("passphrase of a case", &format!("{code}\n{unbound}")).await
    }

    /// The hash that cases of the first form have, bound to no case. Spaces, dashes and full-width digits do not matter.
    pub async fn unbound_hash(typed: &str) -> Result<String, Problem> {
        let digits: String = domain::text::tidy(typed)
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        seal::keyed_hash("passphrase", &digits).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_five_groups_of_five_digits() {
        assert_eq!(
            Passphrase::from_random(7).as_str(),
            "00000 00000 00000 00000 00007"
        );
        let long = Passphrase::from_random(u128::MAX);
        assert_eq!(long.as_str().len(), 29);
        assert!(long.as_str().split(' ').all(|group| group.len() == 5));
    }
}
