def test_buy(world):
    application, payment = world.authorised()
    world.settle(payment)
    assert world.states(application) == ("issued", "captured")
    assert world.books() == []
