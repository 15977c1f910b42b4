//! Passwords, stored as Argon2id hashes in the PHC string format.
//!
//! Hashing deliberately takes about 20 MiB and tens of milliseconds, so callers that serve requests
//! limit how many run at once.

use argon2::Argon2;
use argon2::password_hash::{
    PasswordHash as Phc, PasswordHasher, PasswordVerifier, SaltString, errors::Error,
};
use rand::RngExt;

/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 10;
/// The longest password, in bytes. All of its bytes are hashed.
pub const LONGEST_PASSWORD: usize = 256;

/// A hash that no password matches. It is checked if an account has no password, so that the
/// response takes equally long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$b25lbWFwLW5vYm9keS1oZXJl$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash of a password, with its salt and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// Why a text is not accepted as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer characters than [`SHORTEST_PASSWORD`].
    #[error("a password must have at least {SHORTEST_PASSWORD} characters")]
    Short,
    /// More bytes than [`LONGEST_PASSWORD`].
    #[error("a password must have at most {LONGEST_PASSWORD} bytes")]
    Long,
    /// The password is the name of the account.
    #[error("a password must not be the name of the account")]
    Name,
    /// The hash could not be made.
    #[error("the password could not be hashed; try again")]
    Hash,
}

impl crate::model::InChinese for PasswordError {
    fn zh(&self) -> String {
        match self {
            Self::Short => format!("密码不能少于{SHORTEST_PASSWORD}个字符"),
            Self::Long => format!("密码不能超过{LONGEST_PASSWORD}个字节"),
            Self::Name => "密码不能与账号名称相同".to_owned(),
            Self::Hash => "密码处理失败，请重试".to_owned(),
        }
    }
}

impl PasswordHash {
    /// Checks whether a text may become the password of an account named `name`.
    pub fn check(password: &str, name: &str) -> Result<(), PasswordError> {
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(PasswordError::Short);
        }
        if password.len() > LONGEST_PASSWORD {
            return Err(PasswordError::Long);
        }
        if password == name {
            return Err(PasswordError::Name);
        }
        Ok(())
    }

    /// Hashes a password with a new salt. Blocks for tens of milliseconds.
    pub fn new(password: &str) -> Result<Self, PasswordError> {
        let salt: [u8; 16] = rand::rng().random();
        let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
        let hash = Argon2::default()
            .hash_password(password.as_bytes(), &salt)
            .map_err(|_| PasswordError::Hash)?;
        Ok(Self(hash.to_string()))
    }

    /// Whether `password` matches the hash. Without a hash it does the same work and returns
    /// `false`. Blocks for tens of milliseconds.
    pub fn verify(kept: Option<&Self>, password: &str) -> bool {
        let text = kept.map_or(NOBODY, |hash| &hash.0);
        let Ok(hash) = Phc::new(text) else {
            tracing::error!("a password's hash in the database cannot be read");
            return false;
        };
        if password.len() > LONGEST_PASSWORD {
            return false;
        }
        match Argon2::default().verify_password(password.as_bytes(), &hash) {
            Ok(()) => kept.is_some(),
            Err(Error::Password) => false,
            Err(error) => {
                tracing::error!(%error, "a password's hash in the database cannot be checked");
                false
            }
        }
    }

    /// The PHC string that the store keeps.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps a PHC string read from the store.
    pub(super) fn kept(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("$argon2id$…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_only_its_own_hash() {
        let hash = PasswordHash::new("果园新村第三网格").unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(PasswordHash::verify(Some(&hash), "果园新村第三网格"));
        assert!(!PasswordHash::verify(Some(&hash), "果园新村第四网格"));
        // Every hash has its own salt, so equal passwords have different hashes.
        assert_ne!(hash, PasswordHash::new("果园新村第三网格").unwrap());
        assert!(!format!("{hash:?}").contains("m=19456"));
    }

    #[test]
    fn checking_without_a_hash_fails_and_the_placeholder_hash_is_valid() {
        assert!(!PasswordHash::verify(None, ""));
        let nobody = Phc::new(NOBODY).unwrap();
        let outcome = Argon2::default().verify_password(b"anything", &nobody);
        assert!(matches!(outcome, Err(Error::Password)), "{outcome:?}");
    }

    #[test]
    fn a_password_must_be_long_enough_and_differ_from_the_name() {
        let check = |text: &str| PasswordHash::check(text, "zhangsan-officer");
        assert_eq!(check("short"), Err(PasswordError::Short));
        assert_eq!(check(&"x".repeat(257)), Err(PasswordError::Long));
        assert_eq!(check("zhangsan-officer"), Err(PasswordError::Name));
        assert_eq!(check("correct horse"), Ok(()));
    }
}
