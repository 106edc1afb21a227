//! People and programs proving who they are: each way in, each way it is refused, and what every
//! answer keeps to itself.

extern crate caduceus_people as people;

mod apps;
mod house;
mod keys;
mod recovery;
mod rotation;
mod secrecy;
mod sessions;
mod sign_in;
mod users;

/// The stable code of a refusal, for comparing.
fn code<T>(result: model::Result<T>) -> Option<model::Code> {
    result.err().map(|error| error.code())
}
