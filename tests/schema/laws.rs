//! Laws over random histories: an index finds what a scan finds.
