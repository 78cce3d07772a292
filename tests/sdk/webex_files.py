"""Webex's client: files that are posted with a message, and fetched with the same token."""

import os
import secrets
import tempfile

import requests

from until import until
from webex_case import WebexCase


class Files(WebexCase):
    def test_a_file_from_the_disk(self):
        content = secrets.token_bytes(70_001)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "plan.pdf")
            with open(path, "wb") as file:
                file.write(content)
            said = self.one.messages.create(toPersonId=self.second.id, text="Have a look", files=[path])
        self.assertEqual((said.text, len(said.files)), ("Have a look", 1))
        seen = self.two.messages.get(said.id)
        self.assertEqual(seen.files, said.files)
        answer = self.fetch(self.second, seen.files[0])
        self.assertEqual(answer.content, content)
        self.assertIn('filename="plan.pdf"', answer.headers["content-disposition"])
        self.assertEqual(answer.headers["content-type"], "application/pdf")
        self.assertEqual(requests.get(seen.files[0], timeout=10).status_code, 401)
        self.refused(400, self.one.messages.update, messageId=said.id, roomId=said.roomId, text="Not with a file")
        self.one.messages.delete(said.id)
        gone = requests.get(seen.files[0], headers=self.bearer(self.second), timeout=10)
        self.assertEqual(gone.status_code, 404)

    def bearer(self, person):
        return {"Authorization": f"Bearer {person.token}"}

    def fetch(self, person, url):
        """A file, once it was looked through for malware; the client has no call for it."""

        def look():
            answer = requests.get(url, headers=self.bearer(person), timeout=10)
            return None if answer.status_code == 423 else answer

        answer = until("the file is scanned", look)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer
