"""The public pages."""

from django.urls import path

from sonae.web.shared.parts_page import parts
from sonae.web.site import calculator, consultation, first_page, outside, papers, quotes, robots, verify

app_name = "site"
urlpatterns = [
    path("", first_page.first_page, name="home"),
    path("premium/", calculator.calculator, name="calculator"),
    path("quotes/<str:token>/", quotes.quote_page, name="quote"),
    path("quotes/<str:token>/estimate.pdf", quotes.estimate, name="estimate"),
    path("consultation/", consultation.consultation, name="consultation"),
    path("consultation/<str:token>/", consultation.received, name="consultation_received"),
    path("consultation/<str:token>/withdraw/", consultation.withdraw, name="consultation_withdraw"),
    path("outside/", outside.outside, name="outside"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("papers/important-matters.pdf", papers.important_matters, name="important_matters"),
    path("design/", parts, name="parts"),
    path("robots.txt", robots.robots, name="robots"),
]
