//! Somebody signed in: requests carry their token.

use secrecy::ExposeSecret;
use xuekang::access::service::{Founding, found_account, found_grant, open_session};
use xuekang::access::{Role, Scope};
use xuekang::kernel::ids::{Id, kind};

use super::{Request, TestApp};

/// The password of every actor that signs in with one.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody signed in.
#[derive(Clone)]
pub struct Actor {
    pub(super) app: TestApp,
    pub account_id: Id<kind::Account>,
    pub session_id: Id<kind::Session>,
    pub username: String,
    pub token: String,
}

impl Actor {
    pub fn get(&self, path: &str) -> Request {
        self.app.get(path).token(&self.token)
    }

    pub fn post(&self, path: &str) -> Request {
        self.app.post(path).token(&self.token)
    }

    pub fn put(&self, path: &str) -> Request {
        self.app.put(path).token(&self.token)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.app.delete(path).token(&self.token)
    }
}

impl TestApp {
    /// Somebody with one role in one scope, signed in.
    pub async fn actor(&self, role: Role, scope: Scope) -> Actor {
        let actor = self.stranger().await;
        self.grant(actor.account_id, role, scope).await;
        actor
    }

    /// Somebody signed in without any role.
    pub async fn stranger(&self) -> Actor {
        let kernel = self.kernel().clone();
        let name = format!("u{}", kernel.ids.next::<kind::Account>()).to_lowercase();
        let account_id = self.account(&name).await;
        self.session_of(account_id, &name).await
    }

    /// An account with [`PASSWORD`] and no role.
    pub async fn account(&self, username: &str) -> Id<kind::Account> {
        let (kernel, hasher) = (self.kernel().clone(), self.state.access.hasher.clone());
        let new = Founding::checked(&kernel, &hasher, username, "某人", &PASSWORD.into()).unwrap();
        self.kernel().db.write(move |c| found_account(c, &kernel, &new)).await.unwrap()
    }

    /// One more role for an account.
    pub async fn grant(&self, account: Id<kind::Account>, role: Role, scope: Scope) -> Id<kind::Grant> {
        let kernel = self.kernel().clone();
        self.kernel()
            .db
            .write(move |c| found_grant(c, &kernel, account, role, scope, "for a test"))
            .await
            .unwrap()
    }

    /// A new session of an account.
    pub async fn session_of(&self, account_id: Id<kind::Account>, username: &str) -> Actor {
        let state = self.state.clone();
        let signed_in = self
            .kernel()
            .db
            .write(move |c| open_session(c, &state.kernel, &state.access, account_id, "test"))
            .await
            .unwrap();
        let token = signed_in.access_token.expose_secret().to_owned();
        let claims = self.state.access.tokens.check(&token, self.kernel().clock.stamp()).unwrap();
        Actor { app: self.clone(), account_id, session_id: claims.sid, username: username.to_owned(), token }
    }
}
