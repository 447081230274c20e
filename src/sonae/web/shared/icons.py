"""The icons, drawn on 24 by 24 with the pen of the page (currentColor, width 2, round). One line each."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "bell": '<path d="M10 5a2 2 0 0 1 4 0"/><path d="M7 19v-8a5 5 0 0 1 10 0v8z"/><path d="M7 15h10M12 19v2"/>',
    "phone": (
        '<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.6 1.5'
        'A16 16 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z"/>'
    ),
    "pen": '<path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4"/>',
    "document": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "download": '<path d="M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="m8 12.5 3 3 5-6"/>',
    "dash": '<path d="M6 12h12"/>',
    "warning": '<path d="M12 4 21 20H3zM12 10v4M12 17v.01"/>',
    "danger": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.01"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 8v.01"/>',
    "calculator": (
        '<path d="M6 3h12v18H6zM9 7h6M9 11.5v.01M12 11.5v.01M15 11.5v.01'
        'M9 15v.01M12 15v.01M15 15v2.5M9 18v.01M12 18v.01"/>'
    ),
    "search": '<circle cx="11" cy="11" r="6"/><path d="m20 20-4.5-4.5"/>',
    "question": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.01"/>',
    "storehouse": '<path d="m3 11 9-7 9 7M5.5 9.5V20h13V9.5"/><path d="M5.5 15.5h13M9.5 15.5 12 18l2.5-2.5M12 18l-2 2M12 18l2 2"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "card": '<path d="M3 6h18v12H3zM3 10h18M6 15h4"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "print": '<path d="M7 9V3h10v6M7 18H4V9h16v9h-3M7 14h10v7H7z"/>',
}
