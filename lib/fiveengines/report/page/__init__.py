"""An executed notebook and the cover of its week as a page, a PDF or a message. Nothing is run or stored here."""
