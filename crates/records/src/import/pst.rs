//! stub
use super::Items;
use super::found::*;
use super::octets::*;
use super::run::Run;
use std::rc::Rc;
pub fn open(_f: Shared, place: Place, _r: &Rc<Run>) -> Items {
    alone(Problem::Unsupported, place)
}
