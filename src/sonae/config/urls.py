"""Every address of the site. Pages exist in Japanese at the root and in English below /en/; machines have one address."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from sonae.web.api.card_hooks import card_hook
from sonae.web.api.health import health
from sonae.web.api.mail_hooks import mail_hook

urlpatterns = [
    path("api/", include("sonae.web.api.urls")),
    path("health/", health, name="health"),
    path("hooks/card/<slug:gateway>/", card_hook, name="card_hook"),
    path("hooks/mail/", mail_hook, name="mail_hook"),
    *i18n_patterns(
        path("", include("sonae.web.site.urls", namespace="site")),
        path("", include("sonae.web.portal.urls", namespace="portal")),
        path("", include("sonae.web.desk.urls", namespace="desk")),
        prefix_default_language=False,
    ),
]

handler400 = "sonae.web.shared.error_pages.bad_request"
handler403 = "sonae.web.shared.error_pages.forbidden"
handler404 = "sonae.web.shared.error_pages.not_found"
handler500 = "sonae.web.shared.outage.fault"
