import { openStore } from "../../src/store/open-store.js";
import { freshPath } from "./scratch.js";
import { storeSuite } from "./store-suite.js";

storeSuite("StoreClient of a store process", () => openStore(freshPath()));
