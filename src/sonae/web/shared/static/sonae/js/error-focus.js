// After a refused step the list of what to check takes the focus, so that it is read first and the next tab reaches its links.
document.querySelector("[data-error-summary]")?.focus();
