"""What TwiML documents may contain: elements, their attributes and the values of these."""

import re

METHOD = re.compile(r"GET|POST")
BOOLEAN = re.compile(r"true|false")
WHOLE = re.compile(r"\d{1,6}")
BEEP = re.compile(r"true|false|onEnter|onExit")
RECORD_CONFERENCE = re.compile(r"do-not-record|record-from-start")
RECORD_DIAL = re.compile(
    r"do-not-record|record-from-answer|record-from-ringing|record-from-answer-dual|record-from-ringing-dual|true|false"
)
INPUT = re.compile(r"dtmf|speech|dtmf speech|speech dtmf")
ANY = re.compile(r"(?s).*")
KEYS = re.compile(r"[0-9*#]*")
TONES = re.compile(r"[0-9*#wWA-D]*")
EVENTS = re.compile(r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*")
CONFERENCE_EVENTS = re.compile(
    r"(start|end|join|leave|mute|hold|modify|speaker|announcement)"
    r"( (start|end|join|leave|mute|hold|modify|speaker|announcement))*"
)
RECORDING_EVENTS = re.compile(r"(in-progress|completed|absent)( (in-progress|completed|absent))*")
SECONDS_OR_AUTO = re.compile(r"\d{1,6}|auto")

RECORDING_CALLBACK = {
    "recordingStatusCallback": ANY,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
}
STATUS_CALLBACK = {"statusCallback": ANY, "statusCallbackMethod": METHOD, "statusCallbackEvent": EVENTS}

ATTRIBUTES: dict[str, dict[str, re.Pattern[str]]] = {
    "Say": {"voice": ANY, "language": ANY, "loop": WHOLE},
    "Play": {"loop": WHOLE, "digits": TONES},
    "Pause": {"length": WHOLE},
    "Gather": {
        "input": INPUT,
        "action": ANY,
        "method": METHOD,
        "timeout": SECONDS_OR_AUTO,
        "speechTimeout": SECONDS_OR_AUTO,
        "maxSpeechTime": WHOLE,
        "profanityFilter": BOOLEAN,
        "finishOnKey": KEYS,
        "numDigits": WHOLE,
        "partialResultCallback": ANY,
        "partialResultCallbackMethod": METHOD,
        "language": ANY,
        "hints": ANY,
        "bargeIn": BOOLEAN,
        "debug": BOOLEAN,
        "actionOnEmptyResult": BOOLEAN,
        "speechModel": ANY,
        "enhanced": BOOLEAN,
    },
    "Redirect": {"method": METHOD},
    "Enqueue": {
        "action": ANY,
        "method": METHOD,
        "maxQueueSize": WHOLE,
        "waitUrl": ANY,
        "waitUrlMethod": METHOD,
        "workflowSid": ANY,
    },
    "Leave": {},
    "Hangup": {},
    "Reject": {"reason": re.compile(r"rejected|busy")},
    "Record": {
        "action": ANY,
        "method": METHOD,
        "timeout": WHOLE,
        "finishOnKey": KEYS,
        "maxLength": WHOLE,
        "playBeep": BOOLEAN,
        "trim": re.compile(r"trim-silence|do-not-trim"),
        "transcribe": BOOLEAN,
        "transcribeCallback": ANY,
    }
    | RECORDING_CALLBACK,
    "Dial": {
        "action": ANY,
        "method": METHOD,
        "timeout": WHOLE,
        "hangupOnStar": BOOLEAN,
        "timeLimit": WHOLE,
        "callerId": ANY,
        "record": RECORD_DIAL,
        "trim": re.compile(r"trim-silence|do-not-trim"),
        "recordingTrack": re.compile(r"both|inbound|outbound"),
        "answerOnBridge": BOOLEAN,
        "ringTone": ANY,
        "sequential": BOOLEAN,
        "referUrl": ANY,
        "referMethod": METHOD,
    }
    | RECORDING_CALLBACK,
    "Number": {"sendDigits": TONES, "url": ANY, "method": METHOD} | STATUS_CALLBACK,
    "Client": {"url": ANY, "method": METHOD} | STATUS_CALLBACK,
    "Identity": {},
    "Parameter": {"name": ANY, "value": ANY},
    "Queue": {"url": ANY, "method": METHOD, "reservationSid": ANY, "postWorkActivitySid": ANY},
    "Conference": {
        "muted": BOOLEAN,
        "beep": BEEP,
        "startConferenceOnEnter": BOOLEAN,
        "endConferenceOnExit": BOOLEAN,
        "waitUrl": ANY,
        "waitMethod": METHOD,
        "maxParticipants": WHOLE,
        "record": RECORD_CONFERENCE,
        "region": ANY,
        "coach": ANY,
        "trim": re.compile(r"trim-silence|do-not-trim"),
        "statusCallback": ANY,
        "statusCallbackMethod": METHOD,
        "statusCallbackEvent": CONFERENCE_EVENTS,
        "participantLabel": ANY,
        "jitterBufferSize": ANY,
        "eventCallbackUrl": ANY,
    }
    | RECORDING_CALLBACK,
}

SPEECH = frozenset({"Say", "Play", "Pause"})
CHILDREN: dict[str, frozenset[str]] = {
    "Response": frozenset(
        {
            "Say",
            "Play",
            "Pause",
            "Gather",
            "Redirect",
            "Enqueue",
            "Leave",
            "Hangup",
            "Reject",
            "Record",
            "Dial",
        }
    ),
    "Gather": SPEECH,
    "Dial": frozenset({"Number", "Client", "Conference", "Queue"}),
    "Client": frozenset({"Identity", "Parameter"}),
}
# Speech markup inside <Say> is for the voice; its words are what is heard.
SPEECH_MARKUP = frozenset(
    {
        "break",
        "emphasis",
        "lang",
        "p",
        "phoneme",
        "prosody",
        "s",
        "say-as",
        "sub",
        "w",
        "speak",
        "amazon:effect",
    }
)
