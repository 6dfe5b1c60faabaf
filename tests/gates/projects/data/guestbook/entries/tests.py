from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import TestCase

from entries.models import Entry


class EntryTests(TestCase):
    def test_only_shown_entries_are_listed(self):
        shown = Entry.objects.create(author="Ann", text="Hello")
        Entry.objects.create(author="Bob", text="Spam", hidden=True)
        self.assertEqual(list(Entry.objects.shown()), [shown])

    def test_newest_first(self):
        first = Entry.objects.create(author="Ann", text="One")
        second = Entry.objects.create(author="Ann", text="Two")
        self.assertEqual(list(Entry.objects.all()), [second, first])

    def test_text_of_an_entry(self):
        self.assertEqual(str(Entry(author="Ann", text="x" * 30)), "Ann: " + "x" * 20)

    def test_links_are_refused(self):
        with self.assertRaises(ValidationError) as refused:
            Entry(author="Ann", text="see http://x").full_clean()
        self.assertEqual(list(refused.exception.message_dict), ["text"])
        Entry(author="Ann", text="see you").full_clean()

    def test_an_entry_is_not_hidden_at_first(self):
        self.assertIs(Entry.objects.create(author="Ann", text="Hello").hidden, False)


class PageTests(TestCase):
    def test_signing_is_counted_in_the_session(self):
        for count in (1, 2):
            answer = self.client.post(
                "/sign/", {"author": "Ann", "text": "Hello"}, follow=True
            )
            self.assertContains(answer, f"You signed {count} times")
        self.assertEqual(Entry.objects.count(), 2)

    def test_a_wrong_entry_is_shown_again(self):
        answer = self.client.post("/sign/", {"author": "", "text": "Hello"})
        self.assertEqual(answer.status_code, 200)
        self.assertIn("author", answer.context["form"].errors)
        self.assertFalse(Entry.objects.exists())

    def test_the_form_is_shown(self):
        self.assertContains(self.client.get("/sign/"), "csrfmiddlewaretoken")
        self.assertEqual(self.client.put("/sign/").status_code, 405)

    def test_hidden_entries_are_not_on_the_page(self):
        Entry.objects.create(author="Bob", text="Spam", hidden=True)
        self.assertNotContains(self.client.get("/"), "Spam")

    def test_who_may_hide(self):
        entry = Entry.objects.create(author="Bob", text="Spam")
        address = f"/entries/{entry.pk}/hide/"
        self.assertRedirects(self.client.post(address), f"/login/?next={address}")
        user = User.objects.create_user("ann")
        self.client.force_login(user)
        self.assertEqual(self.client.post(address).status_code, 403)
        user.user_permissions.add(Permission.objects.get(codename="change_entry"))
        self.assertEqual(self.client.get(address).status_code, 405)
        self.assertRedirects(self.client.post(address), "/")
        entry.refresh_from_db()
        self.assertIs(entry.hidden, True)
        self.assertEqual(self.client.post("/entries/0/hide/").status_code, 404)
