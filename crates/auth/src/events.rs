//! What auth tells the other domains.

use ashlar_contracts::users::{
    SecondFactorChange, SecondFactorChanged, UserRegistered, UserUpdated,
};

use crate::entity::user::Model;

pub(crate) fn registered(user: &Model) -> UserRegistered {
    UserRegistered {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
    }
}

pub(crate) fn updated(user: &Model) -> UserUpdated {
    UserUpdated {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
    }
}

pub(crate) fn second_factor_changed(
    user: &Model,
    change: SecondFactorChange,
) -> SecondFactorChanged {
    SecondFactorChanged {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        change,
    }
}
