import { runEvents, testEvents } from "./run-events.js";

testEvents(/reloaded|opened again|closed/);
runEvents();
