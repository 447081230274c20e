"""The member's own addresses: signing in, applying, paying, and what they hold."""

from django.urls import path, register_converter

from sonae.web.portal import (
    application_views,
    confirm_views,
    converters,
    document_views,
    free_paper_views,
    home_views,
    outbox_views,
    payment_views,
    sign_in_views,
    start_views,
)

register_converter(converters.Token, "token")
register_converter(converters.Step, "application_step")

app_name = "portal"
urlpatterns = [
    path("sign-in/", sign_in_views.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", sign_in_views.SignInCode.as_view(), name="sign_in_code"),
    path("sign-out/", sign_in_views.sign_out, name="sign_out"),
    path("apply/", start_views.start, name="start"),
    path("apply/postcode/", application_views.postcode, name="postcode"),
    path("apply/<token:public_id>/", application_views.application, name="application"),
    path("apply/<token:public_id>/<application_step:step>/", application_views.step, name="step"),
    path("apply/<token:public_id>/documents/<slug:code>/", document_views.document, name="document"),
    path("apply/<token:public_id>/documents/<slug:code>/pdf/", document_views.document_pdf, name="document_pdf"),
    path("apply/<token:public_id>/referral/", application_views.referral, name="referral"),
    path("apply/<token:public_id>/confirm/", confirm_views.confirm, name="confirm"),
    path("apply/<token:public_id>/give-up/", application_views.give_up, name="give_up"),
    path("apply/<token:public_id>/pay/", payment_views.pay, name="pay"),
    path("apply/<token:public_id>/paid/", payment_views.paid, name="paid"),
    path("apply/<token:public_id>/payment-left/", payment_views.payment_left, name="payment_left"),
    path("apply/<token:public_id>/status/", payment_views.status, name="status"),
    path("portal/", home_views.home, name="home"),
    path("portal/papers/<int:paper_id>/", home_views.paper, name="paper"),
    path("portal/free-cover/<slug:number>/", free_paper_views.free_certificate, name="free_certificate"),
    path("demo/outbox/", outbox_views.outbox, name="outbox"),
]
