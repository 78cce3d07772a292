//! Small things by name.

use crate::world::World;

super::conformance! {
    a_setting_is_written_once_or_again
}

async fn a_setting_is_written_once_or_again(mut world: World) {
    let store = world.store();
    assert_eq!(store.setting("hook").await.unwrap(), None);
    assert_eq!(store.setting_or("hook", b"one".to_vec()).await.unwrap(), b"one");
    assert_eq!(store.setting_or("hook", b"two".to_vec()).await.unwrap(), b"one");
    store.save_setting("other", Vec::new()).await.unwrap();
    store.save_setting("hook", b"three".to_vec()).await.unwrap();
    world.restart();
    let store = world.store();
    assert_eq!(store.setting("hook").await.unwrap(), Some(b"three".to_vec()));
    assert_eq!(store.setting("other").await.unwrap(), Some(Vec::new()));
}
