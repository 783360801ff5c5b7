// The stream of status documents. It comes back by itself, and notices when it has gone quiet.

const QUIET = 8000; // ms without a document before a connection that looks open is given up
const PAUSE = 1000;

export class Live {
  constructor(onDocument) {
    this.onDocument = onDocument;
    this.document = null;
    this.receivedAt = performance.now();
    this.open();
  }

  // Seconds since the last document.
  get silence() {
    return (performance.now() - this.receivedAt) / 1000;
  }

  open() {
    this.lastSign = performance.now();
    this.source = new EventSource("/events");
    this.source.addEventListener("status", (event) => this.receive(event));
    this.source.addEventListener("error", () => this.reopen());
  }

  receive(event) {
    this.lastSign = this.receivedAt = performance.now();
    const before = this.document;
    this.document = JSON.parse(event.data);
    // After an upgrade this page is the old one.
    if (before && before.version !== this.document.version) location.reload();
    this.onDocument();
  }

  reopen() {
    this.source.close();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), PAUSE);
  }

  check() {
    if (performance.now() - this.lastSign > QUIET) {
      this.lastSign = performance.now();
      this.reopen();
    }
  }
}
