import { openStoreHere } from "../../src/store/open-store.js";
import { freshPath } from "./scratch.js";
import { storeSuite } from "./store-suite.js";

storeSuite("SqliteStore in memory", () => openStoreHere(":memory:"));
storeSuite("SqliteStore on file", () => openStoreHere(freshPath()));
