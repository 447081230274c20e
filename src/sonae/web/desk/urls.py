"""The staff's addresses."""

from django.urls import path

from sonae.web.desk import (
    act_views,
    certificate_views,
    cover_act_views,
    feed_views,
    home_views,
    list_views,
    member_views,
    money_views,
    payout_views,
    run_views,
    turn_views,
    upload_views,
)

app_name = "desk"
urlpatterns = [
    path("desk/", home_views.home, name="home"),
    path("desk/members/", member_views.members, name="members"),
    path("desk/members/<str:number>/", member_views.member, name="member"),
    path("desk/certificates/<str:number>/", certificate_views.certificate, name="certificate"),
    path("desk/certificates/<str:number>/change/", cover_act_views.change, name="change"),
    path("desk/certificates/<str:number>/cancel/", cover_act_views.cancel, name="cancel"),
    path("desk/certificates/<str:number>/reinstate/", cover_act_views.reinstate, name="reinstate"),
    path("desk/certificates/<str:number>/reverse/<int:seq>/", cover_act_views.reverse_act, name="reverse"),
    path("desk/certificates/<str:number>/give-up/", cover_act_views.give_up, name="give_up"),
    path("desk/papers/<int:paper_id>/", member_views.paper, name="paper"),
    path("desk/turn/", turn_views.turn, name="turn"),
    path("desk/feeds/", feed_views.feeds, name="feeds"),
    path("desk/feeds/upload/", upload_views.upload, name="upload"),
    path("desk/feeds/template/<slug:form>.csv", upload_views.template, name="template"),
    path("desk/feeds/<int:feed_id>/", feed_views.feed, name="feed"),
    path("desk/feeds/<int:feed_id>/apply/", act_views.apply, name="apply"),
    path("desk/feeds/<int:feed_id>/release/", act_views.release, name="release"),
    path("desk/feeds/<int:feed_id>/withdraw/", act_views.withdraw, name="withdraw"),
    path("desk/feeds/<int:feed_id>/set-aside/", feed_views.set_aside, name="set_aside"),
    path("desk/feeds/<int:feed_id>/set-aside.csv", feed_views.set_aside_file, name="set_aside_file"),
    path("desk/free-cover/<int:run_id>/again/", run_views.again, name="run_again"),
    path("desk/money/", money_views.months, name="money"),
    path("desk/money/payouts/", payout_views.payouts, name="payouts"),
    path("desk/money/payouts/upload/", payout_views.upload, name="payout_upload"),
    path("desk/money/payouts/item/", payout_views.item, name="payout_item"),
    path("desk/money/<str:month>/", money_views.ties, name="ties"),
    path("desk/money/<str:month>/earned/", money_views.earned, name="earned"),
    path("desk/money/<str:month>/list/", list_views.bordereau, name="bordereau"),
    path("desk/money/<str:month>/list/close/", list_views.close, name="bordereau_close"),
    path("desk/money/<str:month>/list/remit/", list_views.remit, name="remit"),
    path("desk/money/<str:month>/list/take-back/", list_views.take_back, name="remit_back"),
    path("desk/money/<str:month>/list/<slug:profile>.<slug:form>", list_views.file, name="bordereau_file"),
]
