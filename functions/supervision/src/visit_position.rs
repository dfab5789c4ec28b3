//! Where an official was at a visit, to a hundred metres, where they allowed it. The office alone sees it, for some months.

use registers::FormValues;
use web::{Context, Problem};

/// A place on the earth in thousandths of a degree: about 100 m.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    latitude: i32,
    longitude: i32,
}

impl Position {
    /// What the telephone says of itself, `30.87012,120.42345`; none where it says nothing, or nothing that is a place.
    pub fn read(said: &str) -> Option<Self> {
        let (latitude, longitude) = said.split_once(',')?;
        Some(Self {
            latitude: thousandths(latitude, 90)?,
            longitude: thousandths(longitude, 180)?,
        })
    }
}

fn thousandths(degrees: &str, most: i32) -> Option<i32> {
    let degrees: f64 = degrees.trim().parse().ok()?;
    // A place within the bounds fits, and what the telephone knows better than a hundred metres is not kept.
    #[expect(clippy::cast_possible_truncation, reason = "bounded the line before")]
    (degrees.abs() <= f64::from(most)).then(|| (degrees * 1000.0).round() as i32)
}

/// Keeps the position that the form of a visit names. What was kept when the visit was sent before stays.
pub async fn keep_position(
    context: &Context,
    visit: &str,
    typed: &FormValues,
) -> Result<(), Problem> {
    let said = typed.get("position").map_or("", String::as_str);
    let Some(position) = Position::read(said) else {
        return Ok(());
    };
    let sql = "INSERT INTO visit_position (visit_id, latitude, longitude, kept_until, changed_by, changed_at)
        SELECT ?1, ?2, ?3, date(?4, '+' || p.value || ' months'), ?5, ?6 FROM policy_ledger p
        WHERE p.name = 'visit_position_months' AND p.valid_from <= ?4 AND (p.valid_before IS NULL OR ?4 < p.valid_before)
        ON CONFLICT (visit_id) DO NOTHING";
    let parameters = [
        visit.parse::<i64>().map_err(Problem::internal)?.into(),
        i64::from(position.latitude).into(),
        i64::from(position.longitude).into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_kept_to_a_hundred_metres() {
        let position = Position::read("30.870123,-120.42391").unwrap();
        assert_eq!(
            position,
            Position {
                latitude: 30870,
                longitude: -120_424
            }
        );
    }

    #[test]
    fn what_is_no_place_is_none() {
        for said in ["", "30.8", "a,b", "91,0", "0,181", "NaN,0", "inf,0"] {
            assert_eq!(Position::read(said), None, "{said}");
        }
    }
}
