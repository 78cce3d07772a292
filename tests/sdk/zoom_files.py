"""Zoom's client: files. It carries the forms and the calls about files; a download's address leads past it, as for every
client, to wherever the service keeps files.
"""

import requests

from zoom_channels import ChannelCase, plain
from zoom_case import MESSAGES

FILES = "/chat/users/me/files"


class Files(ChannelCase):
    def test_a_file_that_is_sent(self):
        channel = self.channel()
        sent = self.upload(self.one, f"{MESSAGES}/files", "files", "plan.txt", "The plan", to_channel=channel)
        said = self.good(sent, 201)["id"]
        seen = next(one for one in self.told(self.two, channel) if plain(one["id"]) == plain(said))
        there = seen["files"][0]
        self.assertEqual((there["file_name"], there["file_size"]), ("plan.txt", len("The plan")))
        self.assertEqual((seen["file_name"], seen["message"]), ("plan.txt", ""))
        self.assertEqual(self.fetched(self.second, there["download_url"]), b"The plan")
        info = self.good(self.two.contacts.get_request(f"/chat/files/{there['file_id']}"))
        self.assertEqual((info["file_name"], info["length"]), ("plan.txt", len("The plan")))
        self.assertEqual(self.fetched(self.second, info["download_url"]), b"The plan")

    def test_files_that_are_named_by_a_message(self):
        channel = self.channel()
        quietly = f"{FILES}?postToPersonalChat=false"
        uploads = [self.upload(self.one, quietly, "file", name, f"This is {name}") for name in ("one.txt", "two.txt")]
        kept = [self.good(upload, 201)["id"] for upload in uploads]
        self.refused(403, 403, self.two.contacts.get_request(f"/chat/files/{kept[0]}"))
        said = self.tell(self.one, channel, "Two files", file_ids=kept)
        seen = next(one for one in self.told(self.two, channel) if plain(one["id"]) == plain(said))
        self.assertEqual([one["file_id"] for one in seen["files"]], kept)
        self.assertEqual((seen["message"], seen["message_type"]), ("Two files", "file_and_text"))
        self.good(self.one.contacts.delete_request(f"/chat/files/{kept[0]}"), 204)
        self.refused(404, 404, self.one.contacts.get_request(f"/chat/files/{kept[0]}"))

    def upload(self, client, path, part, name, content, **fields):
        """Sends a form with one file. The client sends whatever text it is given under whatever type."""
        parts = [f'name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
        parts.append(f'name="{part}"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n{content}')
        form = "".join(f"--edge\r\nContent-Disposition: form-data; {one}\r\n" for one in parts) + "--edge--\r\n"
        token = client.config["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=edge"}
        return client.contacts.post_request(path, data=form, headers=headers)

    def fetched(self, person, url):
        """The bytes behind an address, asking for the token again where one is sent to."""
        headers = {"Authorization": f"Bearer {person.token}"}
        self.assertEqual(requests.get(url, timeout=10, allow_redirects=False).status_code, 401)
        answer = requests.get(url, headers=headers, timeout=10)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.content
