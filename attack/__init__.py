"""``make attack``: sqlmap and wapiti on a Sonae of its own, after a page with a hole has shown that both can see one."""
