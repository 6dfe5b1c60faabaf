from grader.checkpoint import check


@check("serve.healthz")
def test_healthz(serve, services):
    """The served project answers, and says when Redis is gone."""
    server = serve()
    assert server.ready_within(30) < 30
    assert server.get("/healthz").json() == {"status": "ok"}
    assert server.get("/cached").status_code == 200
    assert server.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    services.redis.down()
    assert server.get("/cached").status_code == 503
    services.redis.up()
    assert server.get("/cached").status_code == 200


@check("fails.serve")
def test_fails(serve):
    """It does not start without its key."""
    serve(env={"SECRET_KEY": None}).ready_within(20)
