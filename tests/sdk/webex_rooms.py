"""Webex's client: rooms and who is in them."""

from webex_case import WebexCase


class Rooms(WebexCase):
    def test_a_rooms_life(self):
        room = self.one.rooms.create(title="Plans")
        self.assertEqual((room.title, room.type, room.isLocked), ("Plans", "group", False))
        self.assertEqual(self.one.rooms.get(room.id).title, "Plans")
        self.assertEqual(self.one.rooms.update(room.id, title="Better plans").title, "Better plans")
        self.one.rooms.delete(room.id)
        self.refused(404, self.one.rooms.get, room.id)

    def test_list_follows_the_pages(self):
        rooms = {self.scratch_room(f"Page {number}").id for number in range(3)}
        before = self.world.webex.end()
        listed = [room.id for room in self.one.rooms.list(type="group", sortBy="lastactivity", max=1)]
        self.assertEqual(len(listed), len(set(listed)), "no room twice")
        self.assertLessEqual(rooms, set(listed))
        calls = [entry for entry in self.world.webex.entries(before) if entry["path"] == "/v1/rooms"]
        self.assertGreaterEqual(len(calls), 3, "one call a page")

    def test_bad_requests_are_errors(self):
        self.refused(400, list, self.one.rooms.list(type="nonsense"))
        self.refused(400, self.one.rooms.create, title=" ")
        self.refused(404, self.one.rooms.get, "bm90aGluZw")

    def test_a_room_one_is_not_in_does_not_exist(self):
        room = self.scratch_room()
        self.refused(404, self.two.rooms.get, room.id)

    def test_an_announcement_room(self):
        room = self.one.rooms.create(title="News", isLocked=True, isAnnouncementOnly=True, description="Only news")
        self.addCleanup(self.one.rooms.delete, room.id)
        self.one.memberships.create(room.id, personId=self.second.id)
        self.refused(403, self.two.messages.create, roomId=room.id, text="May I?")


class Memberships(WebexCase):
    def test_a_memberships_life(self):
        room = self.scratch_room()
        made = self.one.memberships.create(room.id, personEmail=self.second.email)
        self.assertEqual((made.personId, made.roomId, made.isModerator), (self.second.id, room.id, False))
        self.assertEqual(self.one.memberships.get(made.id).personEmail.lower(), self.second.email.lower())
        self.assertTrue(self.one.memberships.update(made.id, isModerator=True).isModerator)
        self.refused(409, self.one.memberships.create, room.id, personId=self.second.id)
        self.one.memberships.delete(made.id)
        self.refused(404, self.one.memberships.get, made.id)

    def test_list_follows_the_pages(self):
        room = self.scratch_room()
        self.one.memberships.create(room.id, personId=self.second.id)
        listed = [found.personId for found in self.one.memberships.list(roomId=room.id, max=1)]
        self.assertEqual(sorted(listed), sorted([self.first.id, self.second.id]))
        own = list(self.two.memberships.list(roomId=room.id, personId=self.second.id))
        self.assertEqual([found.personId for found in own], [self.second.id])

    def test_a_moderated_room_is_guarded(self):
        room = self.one.rooms.create(title="Guarded", isLocked=True)
        self.addCleanup(self.one.rooms.delete, room.id)
        self.one.memberships.create(room.id, personId=self.second.id)
        self.refused(403, self.two.rooms.update, room.id, title="Mine")
        own = next(found for found in self.one.memberships.list(roomId=room.id) if found.personId == self.first.id)
        self.refused(403, self.two.memberships.delete, own.id)

    def test_nobody_leaves_a_direct_room(self):
        said = self.one.messages.create(toPersonId=self.second.id, text="Stay.")
        own = next(iter(self.one.memberships.list(roomId=said.roomId, personId=self.first.id)))
        self.refused(400, self.one.memberships.delete, own.id)
