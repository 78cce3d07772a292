"""Graph's client: files in a drive, as they come in, are let be seen, hang at messages and go out; and images in a message."""

import base64
import secrets

import requests
from msgraph.generated.drives.item.items.item.create_link.create_link_post_request_body import (
    CreateLinkPostRequestBody,
)
from msgraph.generated.drives.item.items.item.create_upload_session.create_upload_session_post_request_body import (
    CreateUploadSessionPostRequestBody,
)
from msgraph.generated.drives.item.items.item.invite.invite_post_request_body import InvitePostRequestBody
from msgraph.generated.models.chat_message_attachment import ChatMessageAttachment
from msgraph.generated.models.chat_message_hosted_content import ChatMessageHostedContent
from msgraph.generated.models.drive_item import DriveItem
from msgraph.generated.models.drive_item_uploadable_properties import DriveItemUploadableProperties
from msgraph.generated.models.drive_recipient import DriveRecipient
from msgraph.generated.models.folder import Folder

from graph_case import GraphCase, message

# The smallest picture that is one.
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
STEP = 320 * 1024


class Files(GraphCase):
    def setUp(self):
        super().setUp()
        self.drive = self.run_(self.one.me.drive.get())
        self.items = self.one.drives.by_drive_id(self.drive.id).items

    def put(self, name, content):
        """Puts a small file into the root of one's drive."""
        return self.run_(self.items.by_drive_item_id(f"root:/{name}:").content.put(content))

    def theirs(self, item):
        """The item as the second person asks for it."""
        return self.two.drives.by_drive_id(self.drive.id).items.by_drive_item_id(item.id)

    def test_a_files_life(self):
        self.assertEqual(self.drive.owner.user.id, self.first.id)
        name = f"{secrets.token_hex(4)}.txt"
        made = self.put(name, b"The plan")
        self.assertEqual((made.name, made.size), (name, 8))
        self.assertEqual(self.run_(self.items.by_drive_item_id(made.id).get()).file.mime_type, "text/plain")
        self.assertEqual(self.run_(self.items.by_drive_item_id(made.id).content.get()), b"The plan")
        root = self.run_(self.one.drives.by_drive_id(self.drive.id).root.get())
        listed = self.run_(self.items.by_drive_item_id(root.id).children.get()).value
        self.assertIn(made.id, [one.id for one in listed])
        self.refused(403, self.theirs(made).get())
        self.run_(self.items.by_drive_item_id(made.id).delete())
        self.refused(404, self.items.by_drive_item_id(made.id).get())

    def test_whoever_is_let_in_may_fetch_it(self):
        made = self.put(f"{secrets.token_hex(4)}.txt", b"For the second")
        body = InvitePostRequestBody(
            recipients=[DriveRecipient(email=self.second.email)], require_sign_in=True, send_invitation=False, roles=["read"]
        )
        granted = self.run_(self.items.by_drive_item_id(made.id).invite.post(body)).value
        self.assertEqual([one.granted_to_v2.user.id for one in granted], [self.second.id])
        self.assertEqual(self.run_(self.theirs(made).content.get()), b"For the second")
        third = self.world.graph_as(self.third.token)
        self.refused(403, third.drives.by_drive_id(self.drive.id).items.by_drive_item_id(made.id).get())
        link = CreateLinkPostRequestBody(type="view", scope="organization")
        shared = self.run_(self.items.by_drive_item_id(made.id).create_link.post(link))
        self.assertEqual((shared.link.type, shared.link.scope), ("view", "organization"))
        key = "u!" + base64.urlsafe_b64encode(shared.link.web_url.encode()).decode().rstrip("=")
        item = self.run_(third.shares.by_shared_drive_item_id(key).drive_item.get())
        self.assertEqual((item.id, item.name), (made.id, made.name))
        self.assertEqual(self.run_(third.shares.by_shared_drive_item_id(key).drive_item.content.get()), b"For the second")

    def session(self, name):
        """The session of an upload. In life files are on the tenant's own host, which wants no token where they are put."""
        origin = self.world.teams.origin
        self.world.teams.switch(files_base=origin.replace("127.0.0.1", "localhost"))
        self.addCleanup(self.world.teams.switch, files_base=None)
        clash = {"@microsoft.graph.conflictBehavior": "fail"}
        wish = DriveItemUploadableProperties(name=name, additional_data=clash)
        begin = self.items.by_drive_item_id(f"root:/{name}:").create_upload_session
        session = self.run_(begin.post(CreateUploadSessionPostRequestBody(item=wish)))
        self.assertIsNotNone(session.expiration_date_time)
        self.assertEqual(session.next_expected_ranges, ["0-"])
        return session

    def test_a_large_file_comes_in_pieces(self):
        """As any client puts them. This version of Graph's own cannot: it does not read where the next begins (`327680-`), and
        puts the last one twice.
        """
        name, content = f"{secrets.token_hex(4)}.bin", secrets.token_bytes(2 * STEP + 5)
        url = self.session(name).upload_url
        for start in range(0, len(content), STEP):
            piece = content[start : start + STEP]
            asked = requests.get(url, timeout=10).json()
            self.assertEqual(asked["nextExpectedRanges"], [f"{start}-"])
            span = f"bytes {start}-{start + len(piece) - 1}/{len(content)}"
            answer = requests.put(url, data=piece, headers={"Content-Range": span}, timeout=10)
            self.assertIn(answer.status_code, (201, 202), answer.text)
        made = self.run_(self.items.by_drive_item_id(answer.json()["id"]).get())
        self.assertEqual((made.name, made.size), (name, len(content)))
        self.assertEqual(self.run_(self.items.by_drive_item_id(made.id).content.get()), content)
        given_up = self.session(f"{secrets.token_hex(4)}.bin").upload_url
        self.assertEqual(requests.delete(given_up, timeout=10).status_code, 204)
        self.assertEqual(requests.get(given_up, timeout=10).status_code, 404)

    def test_a_folder(self):
        root = self.run_(self.one.drives.by_drive_id(self.drive.id).root.get())
        wanted = DriveItem(name=f"SDK {secrets.token_hex(4)}", folder=Folder())
        made = self.run_(self.items.by_drive_item_id(root.id).children.post(wanted))
        self.assertIsNotNone(made.folder)
        inside = self.run_(self.items.by_drive_item_id(f"{made.id}:/inside.txt:").content.put(b"Inside"))
        self.assertEqual(inside.parent_reference.id, made.id)

    def test_a_file_hangs_at_a_message(self):
        made = self.put(f"{secrets.token_hex(4)}.txt", b"See below")
        guid = made.e_tag.strip('"{').split("}")[0].lower()
        post = message(f'<p>Have a look</p><attachment id="{guid}"></attachment>', html=True)
        url = made.web_dav_url or made.web_url
        post.attachments = [
            ChatMessageAttachment(id=guid, content_type="reference", content_url=url, name=made.name)
        ]
        chat = self.direct_chat()
        said = self.run_(self.one.chats.by_chat_id(chat.id).messages.post(post))
        seen = self.run_(self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id).get())
        there = seen.attachments[0]
        self.assertEqual((there.id, there.content_type, there.name), (guid, "reference", made.name))
        self.assertIn(made.name, there.content_url)

    def test_an_image_stands_in_a_message(self):
        post = message('<p>A dot: <img src="../hostedContents/1/$value" alt="dot"></p>', html=True)
        hosted = {"@microsoft.graph.temporaryId": "1"}
        post.hosted_contents = [
            ChatMessageHostedContent(content_bytes=DOT, content_type="image/png", additional_data=hosted)
        ]
        chat = self.direct_chat()
        said = self.run_(self.one.chats.by_chat_id(chat.id).messages.post(post))
        self.assertNotIn("../hostedContents", said.body.content)
        there = self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id).hosted_contents
        listed = self.run_(there.get()).value
        self.assertEqual(len(listed), 1)
        self.assertIn(listed[0].id, said.body.content)
        content = self.run_(there.by_chat_message_hosted_content_id(listed[0].id).content.get())
        self.assertEqual(content, DOT)
