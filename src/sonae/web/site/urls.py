"""The public pages."""

from django.urls import path

from sonae.web.shared.parts_page import parts
from sonae.web.site import (
    calculator,
    consultation,
    cover,
    documents,
    emergency,
    first_page,
    incident_costs,
    legal,
    outside,
    papers,
    questions,
    quotes,
    robots,
    share,
    sitemap,
    verify,
)

app_name = "site"
urlpatterns = [
    path("", first_page.first_page, name="home"),
    path("premium/", calculator.calculator, name="calculator"),
    path("incident-costs/", incident_costs.incident_costs, name="incident_costs"),
    path("quotes/<str:token>/", quotes.quote_page, name="quote"),
    path("quotes/<str:token>/estimate.pdf", quotes.estimate, name="estimate"),
    path("cover/", cover.cover, name="cover"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<slug:slug>/", questions.question, name="question"),
    path("consultation/", consultation.consultation, name="consultation"),
    path("consultation/<str:token>/", consultation.received, name="consultation_received"),
    path("consultation/<str:token>/withdraw/", consultation.withdraw, name="consultation_withdraw"),
    path("consultation/<str:token>/call-back/", consultation.callback, name="consultation_callback"),
    path("outside/", outside.outside, name="outside"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("documents/", documents.documents, name="documents"),
    path("papers/important-matters.pdf", papers.important_matters, name="important_matters"),
    path("papers/<slug:slug>.pdf", papers.paper, name="paper"),
    path("papers/<str:version>/<slug:slug>.pdf", papers.paper_of_version, name="paper_of_version"),
    path("legal/", legal.legal, name="legal"),
    path("legal/<slug:slug>/", legal.legal_page, name="legal_page"),
    path("design/", parts, name="parts"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("share/<slug:name>.png", share.share, name="share_picture"),
    path("icons/<slug:name>.png", share.icon, name="icon"),
    path("favicon.ico", share.favicon, name="favicon"),
    path("apple-touch-icon.png", share.apple_touch_icon, name="apple_touch_icon"),
    path("site.webmanifest", share.manifest, name="manifest"),
]
