"""The public pages."""

from django.urls import path

from sonae.web.shared.parts_page import parts
from sonae.web.site import calculator, first_page, outside, papers, quotes, robots, share, sitemap, verify

app_name = "site"
urlpatterns = [
    path("", first_page.first_page, name="home"),
    path("premium/", calculator.calculator, name="calculator"),
    path("quotes/<str:token>/", quotes.quote_page, name="quote"),
    path("quotes/<str:token>/estimate.pdf", quotes.estimate, name="estimate"),
    path("outside/", outside.outside, name="outside"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("papers/important-matters.pdf", papers.important_matters, name="important_matters"),
    path("design/", parts, name="parts"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("share/<slug:name>.png", share.share, name="share_picture"),
    path("icons/<slug:name>.png", share.icon, name="icon"),
    path("favicon.ico", share.favicon, name="favicon"),
    path("apple-touch-icon.png", share.apple_touch_icon, name="apple_touch_icon"),
    path("site.webmanifest", share.manifest, name="manifest"),
]
