"""Task 3: what ends a session."""

from grader.checkpoint import check


@check("sessions.logout")
def test_log_out(api, log_in, accepted, ended):
    """After a log-out neither token of the session is accepted any more."""
    session = log_in("reader")
    accepted(session)
    api.post("/auth/logout/", json={"refresh": session.refresh}).expect(204)
    ended(session)


@check("sessions.everywhere")
def test_log_out_everywhere(api, log_in, accepted, ended):
    """To log out everywhere ends every session of the account."""
    sessions = [log_in("reader"), log_in("reader")]
    for session in sessions:
        accepted(session)
    api.post("/auth/logout-everywhere/", as_=sessions[0].caller).expect(204)
    for session in sessions:
        ended(session)


@check("sessions.password")
def test_a_changed_password(api, log_in, accepted, ended, rng):
    """A changed password ends the sessions that there are, and logs in."""
    session, new = log_in("reader"), f"{rng.word()} {rng.word()} 7"
    accepted(session)
    body = {"current_password": session.person.password, "new_password": new}
    api.post("/auth/password/", as_=session.caller, json=body).expect(204)
    ended(session)
    accepted(log_in("reader", password=new))


@check("sessions.closed")
def test_a_closed_account(api, log_in, accepted, ended):
    """When an admin closes an account, its sessions end."""
    session = log_in("reader")
    accepted(session)
    api.patch(f"/users/{session.person.id}/", as_="admin", json={"is_active": False}).expect(200)
    ended(session)
