//! Every store does what a store must do.

use aura_image::store::{Embedded, Memory, conformance};

#[test]
fn the_store_in_memory_conforms() {
    conformance::check(&mut || Box::new(Memory::new()));
}

#[test]
fn the_store_on_disk_conforms() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut number = 0;
    conformance::check(&mut || {
        number += 1;
        let opened = Embedded::create(&folder.path().join(format!("{number}.image"))).expect("a store");
        assert!(opened.created && !opened.repaired);
        Box::new(opened.store)
    });
}
