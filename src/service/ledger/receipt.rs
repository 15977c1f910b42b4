//! The id and the receipt of a report. Both are derived from the client's key, so that a report that is sent
//! twice makes one case. The receipt lets a reporter without an account follow the case.

use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::model::{FeatureId, IdError};

/// The shortest key, in bytes, from which a secret is derived. A shorter key could be guessed.
const LEAST_KEY: usize = 32;

/// The id and the receipt of a report, derived from its key or random.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The id of the case.
    pub id: FeatureId,
    /// The secret for the reporter. Only its hash is stored.
    pub receipt: String,
}

impl Ticket {
    /// The ticket of a report. The same key of the same account gives the same ticket, so a client that lost
    /// the response can repeat the request and get its receipt. Equal keys of different accounts give different
    /// tickets; all reporters without an account share one namespace.
    ///
    /// # Errors
    /// Never in practice: the derived ids are valid.
    pub fn of_report(account: Option<&str>, key: Option<&str>) -> Result<Self, IdError> {
        let drawn: [u8; 32] = rand::rng().random();
        // The byte 0xff separates the account from the key, because no UTF-8 text contains it.
        let account = account.map_or_else(|| "public".to_owned(), |a| format!("account {a}"));
        let scoped = |key: &str| [account.as_bytes(), &[0xff], key.as_bytes()].concat();
        let id = match key {
            Some(key) => digest("case", &scoped(key)),
            None => digest("case", &drawn),
        };
        let receipt = match key {
            Some(key) if key.len() >= LEAST_KEY => digest("receipt", &scoped(key)),
            _ => digest("receipt", &drawn),
        };
        Self::made(&id, &receipt)
    }

    /// The ticket of a case that the program itself opens, for a row of a sheet or a condition of a sensor.
    ///
    /// # Errors
    /// Never in practice: the derived ids are valid.
    pub fn named(key: &str) -> Result<Self, IdError> {
        let drawn: [u8; 32] = rand::rng().random();
        Self::made(&digest("case", key.as_bytes()), &digest("receipt", &drawn))
    }

    fn made(id: &[u8; 32], receipt: &[u8; 32]) -> Result<Self, IdError> {
        Ok(Self {
            // 60 bits: the probability that two of a million cases have the same id is about one in two
            // million.
            id: FeatureId::new(format!("w-{}", base32(id, 12)))?,
            receipt: format!("or_{}", hex::encode(receipt)),
        })
    }
}

/// The stored hash of a receipt. A plain hash is safe, because the receipt has 256 random bits.
pub fn receipt_hash(receipt: &str) -> String {
    hex::encode(Sha256::digest(receipt.as_bytes()))
}

/// The reading code of a case (查询码), from the stored hash of its receipt: 80 bits as four groups of four characters.
/// Who has it reads what the reporter reads, and cannot rate. It follows from the receipt, and the receipt does not
/// follow from it.
pub fn reading_code(receipt_sha256: &str) -> String {
    let code = base32(&digest("reading", receipt_sha256.as_bytes()), 16);
    let code = code.to_ascii_uppercase();
    [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-")
}

/// Whether a text is the reading code of the case with this hash of its receipt, however it is typed. Compares in
/// constant time.
pub fn is_reading_code(receipt_sha256: &str, given: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| match c.to_ascii_uppercase() {
                // Crockford's alphabet has no letters that look like these digits.
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            })
            .collect()
    };
    let code = plain(&reading_code(receipt_sha256));
    code.as_bytes().ct_eq(plain(given).as_bytes()).into()
}

fn digest(purpose: &str, secret: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"onemap ");
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(secret);
    hash.finalize().into()
}

/// Encodes bytes with five bits a character, in Crockford's alphabet, which leaves out characters that are
/// easily confused.
fn base32(bytes: &[u8; 32], length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut number = u128::from_be_bytes(bytes[..16].try_into().unwrap_or_default());
    (0..length.min(25))
        .map(|_| {
            let low = usize::try_from(number & 31).unwrap_or_default();
            number >>= 5;
            char::from(ALPHABET[low])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_is_the_same_case_and_the_same_receipt() {
        let key = Some("4e0f3cf6-9f0e-4d0e-a5d4-2b2f2a3d9c11");
        let of = |account| Ticket::of_report(account, key).unwrap();
        let (a, b) = (of(None), of(None));
        assert_eq!((&a.id, &a.receipt), (&b.id, &b.receipt));
        assert_eq!(a.id.as_str().len(), 14);
        let none = Ticket::of_report(None, None).unwrap();
        for other in [of(Some("li")), of(Some("wang")), none] {
            assert_ne!(a.id, other.id);
            assert_ne!(a.receipt, other.receipt);
        }
        assert_ne!(of(Some("li")).id, of(Some("wang")).id);
    }

    #[test]
    fn a_reading_code_follows_from_the_receipt_and_is_read_as_people_type_it() {
        let of = |receipt: &str| reading_code(&receipt_hash(receipt));
        let (kept, code) = (receipt_hash("or_1"), of("or_1"));
        assert_eq!(code.len(), 19);
        assert_ne!(code, of("or_2"));
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
            assert!(is_reading_code(&kept, &typed), "{typed}");
        }
        let misread = code.replace('0', "o").replace('1', "l");
        assert!(is_reading_code(&kept, &misread));
        for wrong in ["", "or_1", &of("or_2"), &code[..18], &kept] {
            assert!(!is_reading_code(&kept, wrong), "{wrong}");
        }
    }

    #[test]
    fn a_short_key_identifies_the_case_but_gives_a_random_receipt() {
        let of = || Ticket::of_report(None, Some("1")).unwrap();
        let (a, b) = (of(), of());
        assert_eq!(a.id, b.id);
        assert_ne!(a.receipt, b.receipt);
    }
}
