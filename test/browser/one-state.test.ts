import { runEvents, testDeletedStore, testEvents } from "./run-events.js";

testEvents(/killed|restarts/);
testDeletedStore();
runEvents();
