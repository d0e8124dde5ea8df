"""Routes of the customers' portal. The German words in them stay, whatever language the page is in."""

from django.urls import path

from anliegen.faces.portal import algorithms, concern, files, outcome, review, start, statements, status

app_name = "portal"
urlpatterns = [
    path("", start.start, name="start"),
    path("anliegen/neu/", concern.describe, name="concern"),
    path("anliegen/link/", start.new_link, name="new_link"),
    path("anliegen/link/unterwegs/", start.link_sent, name="link_sent"),
    path("anliegen/<int:number>/<str:token>/", status.show, name="status"),
    path("anliegen/<int:number>/<str:token>/eingegangen/", concern.received, name="received"),
    path("anliegen/<int:number>/<str:token>/antwort/", status.reply, name="reply"),
    path("anliegen/<int:number>/<str:token>/ergebnis/", outcome.state, name="outcome"),
    path("anliegen/<int:number>/<str:token>/pruefung/<int:decision>/", review.contest, name="review"),
    path("anliegen/<int:number>/<str:token>/automatik/", review.people_only, name="people_only"),
    path("anliegen/<int:number>/<str:token>/datei/<int:pk>/", files.download, name="file"),
    path("hilfe/barrierefreiheit/", statements.accessibility, name="accessibility"),
    path("automatik/", algorithms.show, name="algorithms"),
    path("automatik/register.json", algorithms.as_json, name="algorithms_json"),
    path("automatik/register.pdf", algorithms.as_pdf, name="algorithms_pdf"),
    path("datenschutz/", statements.privacy, name="privacy"),
]
