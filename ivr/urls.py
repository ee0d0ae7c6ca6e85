"""The addresses the carrier knows."""

from django.urls import path

from ivr import webhooks

app_name = "ivr"
urlpatterns = [
    path("twilio/voice/", webhooks.voice, name="voice"),
    path("twilio/voice/step/<slug:step>/", webhooks.step, name="step"),
    path("twilio/voice/wait/", webhooks.wait, name="wait"),
    path("twilio/voice/hold/", webhooks.hold, name="hold"),
    path("twilio/voice/after-queue/", webhooks.after_queue, name="after_queue"),
    path("twilio/voice/after-call/", webhooks.after_call, name="after_call"),
    path("twilio/called/", webhooks.called, name="called"),
    path("twilio/voicemail/", webhooks.voicemail, name="voicemail"),
    path("twilio/voicemail/recording/", webhooks.recording, name="recording"),
    path("twilio/status/", webhooks.status, name="status"),
    path("twilio/conference/", webhooks.conference, name="conference"),
    path("twilio/message/", webhooks.message, name="message"),
    path("twilio/music/", webhooks.music, name="music"),
    path("twilio/fallback/", webhooks.fallback, name="fallback"),
]
