//! The portal: what a patient sees, from the link in a notice to the reply.

pub mod enter_code;
pub mod gone;
pub mod landing;
pub mod replied;
pub mod thread;
pub mod trouble;
pub mod unsubscribe;
