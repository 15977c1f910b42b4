//! PostGIS as the store. (In the making: until it stands, no value of these types exists.)

use std::time::Duration;

use uuid::Uuid;

use super::{Committed, Head, NewToken, Principal, Quarantined, StoreError, Token, TokenSecret};
use crate::model::{Author, Change, CollectionId, CommitHeader, Edit, Record};

#[derive(Debug, Clone)]
pub enum PostgisStore {}
#[derive(Debug)]
pub enum Staging {}

#[allow(unused_variables, missing_docs)]
impl PostgisStore {
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Err(StoreError::Url(url.to_owned()))
    }
    pub fn id(&self) -> Uuid {
        match *self {}
    }
    pub async fn head(&self) -> Result<Head, StoreError> {
        match *self {}
    }
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        match *self {}
    }
    pub async fn stage(
        &self,
        author: Author,
        reason: Option<String>,
    ) -> Result<Staging, StoreError> {
        match *self {}
    }
    pub async fn load(
        &self,
        collection: Option<&CollectionId>,
        sink: impl FnMut(Record) + Send,
    ) -> Result<Head, StoreError> {
        match *self {}
    }
    pub async fn commits_after(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<CommitHeader>, StoreError> {
        match *self {}
    }
    pub async fn records_of(
        &self,
        header: &CommitHeader,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        match *self {}
    }
    pub async fn changed(&self, patience: Duration) {
        match *self {}
    }
    pub async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        match *self {}
    }
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        match *self {}
    }
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        match *self {}
    }
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        match *self {}
    }
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        match *self {}
    }
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        match *self {}
    }
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        match *self {}
    }
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        match *self {}
    }
}

#[allow(unused_variables, missing_docs)]
impl Staging {
    pub async fn put(&mut self, changes: Vec<Change>) -> Result<u64, StoreError> {
        match *self {}
    }
    pub async fn publish(self) -> Result<Committed, StoreError> {
        match self {}
    }
}
