"""The public pages."""

from django.urls import path

from sonae.web.shared.parts_page import parts
from sonae.web.site import calculator, first_page, incident_costs, outside, papers, quotes, robots, verify

app_name = "site"
urlpatterns = [
    path("", first_page.first_page, name="home"),
    path("premium/", calculator.calculator, name="calculator"),
    path("incident-costs/", incident_costs.incident_costs, name="incident_costs"),
    path("quotes/<str:token>/", quotes.quote_page, name="quote"),
    path("quotes/<str:token>/estimate.pdf", quotes.estimate, name="estimate"),
    path("outside/", outside.outside, name="outside"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path("papers/important-matters.pdf", papers.important_matters, name="important_matters"),
    path("design/", parts, name="parts"),
    path("robots.txt", robots.robots, name="robots"),
]
