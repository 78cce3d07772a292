"""Slack's client: files, which it uploads in three steps of its own ("files_upload_v2"), and who may fetch them."""

import hashlib
import secrets
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from slack_channels import ChannelCase
from until import until


class Files(ChannelCase):
    def shared(self, client, channel, identity):
        """Where a file of one's own stands in a channel, once it does; that happens after the answer."""

        def look():
            shares = client.files_info(file=identity)["file"].get("shares", {})
            return [one for places in shares.values() for one in places.get(channel, [])]

        return until("the file in its channel", look)

    def fetched(self, token, url):
        """The bytes behind `url_private`, which the client has no method for."""
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:
            return answer.read()

    def test_a_files_life(self):
        channel = self.channel()
        content = secrets.token_bytes(70_001)
        sent = self.one.files_upload_v2(
            channel=channel, file=content, filename="plan.pdf", title="The plan", initial_comment="Have a look"
        )
        identity = sent["file"]["id"]
        share = self.shared(self.one, channel, identity)[0]
        message = self.two.conversations_history(channel=channel, latest=share["ts"], inclusive=True, limit=1)["messages"][0]
        self.assertEqual((message["text"], message["user"], message["ts"]), ("Have a look", self.first.id, share["ts"]))
        there = message["files"][0]
        self.assertEqual((there["id"], there["name"], there["title"]), (identity, "plan.pdf", "The plan"))
        self.assertEqual((there["size"], there["user"]), (len(content), self.first.id))
        info = self.two.files_info(file=identity)["file"]
        self.assertEqual((info["mimetype"], info["filetype"], info["mode"]), ("application/pdf", "pdf", "hosted"))
        for url in (info["url_private"], info["url_private_download"]):
            self.assertEqual(digest(self.fetched(self.second.token, url)), digest(content))
        self.refused("cant_delete_file", self.two.files_delete, file=identity)
        self.one.files_delete(file=identity)
        self.refused("file_deleted", self.one.files_info, file=identity)

    def test_several_at_once_in_a_thread(self):
        channel = self.channel()
        root = self.one.chat_postMessage(channel=channel, text="Attached below")["ts"]
        uploads = [{"filename": f"{name}.txt", "content": f"This is {name}"} for name in ("one", "two")]
        sent = self.two.files_upload_v2(channel=channel, thread_ts=root, file_uploads=uploads)
        ids = [one["id"] for one in sent["files"]]
        for identity in ids:
            self.assertEqual(self.shared(self.two, channel, identity)[0]["thread_ts"], root)
        reply = self.one.conversations_replies(channel=channel, ts=root)["messages"][1]
        self.assertEqual(sorted(one["name"] for one in reply["files"]), ["one.txt", "two.txt"])
        self.assertEqual([one["id"] for one in reply["files"]], ids, "one message for both")

    def test_what_one_may_not_see_does_not_exist(self):
        sent = self.one.files_upload_v2(file=b"Mine alone", filename="mine.txt")
        identity = sent["file"]["id"]
        self.refused("file_not_found", self.two.files_info, file=identity)
        url = self.one.files_info(file=identity)["file"]["url_private"]
        self.assertEqual(self.fetched(self.first.token, url), b"Mine alone")
        try:
            stolen = self.fetched(self.second.token, url)
        except HTTPError as refused:
            self.assertGreaterEqual(refused.code, 400)
        else:
            # A page to sign in at comes instead of the file.
            self.assertNotIn(b"Mine alone", stolen)
        self.refused("missing_argument", self.one.files_getUploadURLExternal, filename="empty", length=0)
        self.refused("file_not_found", self.one.files_completeUploadExternal, files=[{"id": "F0NOTHING"}])


def digest(content):
    return hashlib.sha256(content).hexdigest()
