"""Graph's client: subscriptions, and what arrives through them, opened as a customer of the vendor would.

Opening a rich notification follows the vendor's guide with a crypto library that is neither the product's nor the
simulators'; what is inside is read by the vendor's own model.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone

import http_json
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.chat_message import ChatMessage
from msgraph.generated.models.subscription import Subscription

from graph_case import GraphCase
from listener import Listener

STATE = "only we know this"

# Graph's own app, which signs. Graph: "Set up change notifications that include resource data", validation tokens.
PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"


class Subscriptions(GraphCase):
    def subscription(self, chat, url, changes="created,updated,deleted", **more):
        """Subscribes the first person to a chat; gone after the test."""
        wanted = Subscription(
            resource=f"/chats/{chat.id}/messages",
            change_type=changes,
            notification_url=url,
            client_state=STATE,
            expiration_date_time=datetime.now(timezone.utc) + timedelta(minutes=30),
            **more,
        )
        made = self.run_(self.one.subscriptions.post(wanted))
        self.addCleanup(lambda: self.run_(self.one.subscriptions.by_subscription_id(made.id).delete()))
        return made

    def test_a_subscriptions_life(self):
        chat = self.direct_chat()
        with Listener() as listener:
            made = self.subscription(chat, f"{listener.url}/life")
            self.assertEqual((made.resource, made.client_state), (f"/chats/{chat.id}/messages", STATE))
            here = self.one.subscriptions.by_subscription_id(made.id)
            self.assertEqual(self.run_(here.get()).notification_url, f"{listener.url}/life")
            self.assertIn(made.id, [found.id for found in self.run_(self.one.subscriptions.get()).value])
            later = datetime.now(timezone.utc) + timedelta(minutes=50)
            renewed = self.run_(here.patch(Subscription(expiration_date_time=later)))
            self.assertLess(abs(renewed.expiration_date_time - later), timedelta(seconds=1))
            self.run_(here.reauthorize.post())

    def test_bad_requests_are_errors(self):
        chat = self.direct_chat()
        expires = datetime.now(timezone.utc) + timedelta(minutes=30)

        def wanted(**changed):
            fields = {
                "resource": f"/chats/{chat.id}/messages",
                "change_type": "created",
                "notification_url": "https://127.0.0.1:1/nobody-listens",
                "expiration_date_time": expires,
            }
            return self.one.subscriptions.post(Subscription(**{**fields, **changed}))

        self.refused(400, wanted())
        self.refused(400, wanted(resource="/chats/nonsense"))
        self.refused(400, wanted(change_type="nonsense"))
        self.refused(400, wanted(expiration_date_time=expires - timedelta(days=1)))
        self.refused(403, wanted(resource="/chats/getAllMessages"))
        self.refused(404, self.one.subscriptions.by_subscription_id("00000000-0000-0000-0000-000000000001").get())

    def test_thin_notifications(self):
        chat = self.direct_chat()
        with Listener() as listener:
            made = self.subscription(chat, f"{listener.url}/thin")
            said = self.say(self.two, chat, "A secret sentence")
            delivery, seen = listener.wait("created", "/thin", _notification("created", said.id))
            self.assertEqual((seen["subscriptionId"], seen["clientState"]), (made.id, STATE))
            self.assertNotIn(b"A secret sentence", delivery.body)
            here = self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
            self.run_(here.soft_delete.post())
            listener.wait("deleted", "/thin", _notification("deleted", said.id))

    def test_rich_notifications_can_be_opened(self):
        key, certificate = _certificate()
        chat = self.direct_chat()
        with Listener() as listener:
            more = {"encryption_certificate": certificate, "encryption_certificate_id": "ours"}
            made = self.subscription(chat, f"{listener.url}/rich", include_resource_data=True, **more)
            said = self.say(self.two, chat, "A secret sentence")
            delivery, seen = listener.wait("created", "/rich", _notification("created", said.id))
            content = seen["encryptedContent"]
            self.assertEqual((seen["subscriptionId"], content["encryptionCertificateId"]), (made.id, "ours"))
            self.assertNotIn(b"A secret sentence", delivery.body)
            opened = _open(key, content)
            self.assertEqual((opened.id, opened.body.content), (said.id, said.body.content))
            self.assertEqual(opened.from_.user.id, self.second.id)
            tokens = json.loads(delivery.body)["validationTokens"]
            self.assertEqual([self.publisher(token) for token in tokens], [PUBLISHER])

    def publisher(self, token):
        """Who signed a validation token for us, checked with the keys that the vendor's sign-in publishes."""
        origin = self.world.directory.teams.origin
        metadata = http_json.get(f"{origin}/common/.well-known/openid-configuration")
        key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
        ours = jwt.decode(self.first.token, options={"verify_signature": False})["appid"]
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=ours)
        return claims.get("azp") or claims.get("appid")


def _notification(change, message):
    """Looks into a delivery; the delivery and the notification that is looked for."""

    def read(delivery):
        for found in json.loads(delivery.body)["value"]:
            if found["changeType"] == change and message in found["resource"]:
                return delivery, found
        return None

    return read


def _certificate():
    """A key pair, and the certificate that is handed to Graph: base64 of its DER form."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A test")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _open(key, content):
    """Graph: "Set up change notifications that include resource data", section on decrypting."""
    oaep = rsa_padding.OAEP(mgf=rsa_padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    symmetric = key.decrypt(base64.b64decode(content["dataKey"]), oaep)
    data = base64.b64decode(content["data"])
    signature = base64.b64encode(hmac.new(symmetric, data, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(signature, content["dataSignature"]), "the signature covers the data"
    opener = Cipher(algorithms.AES(symmetric), modes.CBC(symmetric[:16])).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    resource = unpadder.update(opener.update(data) + opener.finalize()) + unpadder.finalize()
    return JsonParseNodeFactory().get_root_parse_node("application/json", resource).get_object_value(ChatMessage)
