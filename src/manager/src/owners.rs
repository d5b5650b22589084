//! The owners of an infrastructure.

use im_auth::{AuthErrorKind, Caller, Credentials};
use im_domain::{InfId, Owner};

use crate::access::Verb;
use crate::{Error, Manager, OwnerChange};

impl Manager {
    /// The user names of the owners, in order.
    #[tracing::instrument(target = "im_trace", name = "manager.owners", skip_all, fields(inf.id = %id))]
    pub async fn owners(
        &self,
        credentials: &Credentials,
        id: &InfId,
    ) -> Result<Vec<String>, Error> {
        let infrastructure = self.infrastructure(credentials, id).await?;
        Ok(infrastructure
            .owners
            .iter()
            .map(|owner| owner.identity().username.clone())
            .collect())
    }

    /// Adds owners or replaces them. Somebody who is an owner already is not added again.
    #[tracing::instrument(target = "im_trace", name = "manager.change_owners", skip_all, fields(inf.id = %id))]
    pub async fn change_owners(
        &self,
        credentials: &Credentials,
        id: &InfId,
        change: OwnerChange,
    ) -> Result<(), Error> {
        let caller = self.enter(Verb::ChangeOwners, credentials)?;
        let slot = self.open(&caller, id).await?;
        let new_owners = self.new_owners(&change.credentials)?.owners();
        self.commit_first(&slot, |entry| {
            let infrastructure = &mut *entry.infrastructure;
            // Again, on the newest state: somebody may have taken it from the caller meanwhile.
            if !caller.may_manage(&infrastructure.owners) {
                return Err(Error::forbidden());
            }
            if change.overwrite {
                infrastructure.owners.clear();
            }
            for owner in new_owners {
                add(&mut infrastructure.owners, owner);
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Who the new owners are; the same rules hold for them as for those who ask.
    fn new_owners(&self, credentials: &Credentials) -> Result<Caller, Error> {
        self.inner
            .authenticator
            .authenticate(credentials)
            .map_err(|error| {
                Error::invalid(match error.kind() {
                    AuthErrorKind::Refused => {
                        format!("Invalid new infrastructure data provided: {error}")
                    }
                    AuthErrorKind::Malformed => error.to_string(),
                })
            })
    }
}

fn add(owners: &mut Vec<Owner>, owner: Owner) {
    if !owners.iter().any(|present| present.is(owner.identity())) {
        owners.push(owner);
    }
}
