import assert from "node:assert/strict";
import { sourcesFrom } from "../../../lab/debian";

describe("Debian sources for images", () => {
  it("follow the machine's mirrors and include security updates", () => {
    assert.deepEqual(sourcesFrom(["http://mirror.test/debian/", "http://mirror.test/debian-security/"]), [
      "deb http://mirror.test/debian/ trixie main",
      "deb http://mirror.test/debian/ trixie-updates main",
      "deb http://mirror.test/debian-security/ trixie-security main",
    ]);
  });

  it("name the keyring when the machine's own sources do not cover the release", () => {
    assert.equal(
      sourcesFrom(["http://m.test/debian"], "/keys.gpg")[0],
      "deb [signed-by=/keys.gpg] http://m.test/debian trixie main",
    );
  });

  it("are empty when apt names no Debian mirror, so that the tools' own default is used", () => {
    assert.deepEqual(sourcesFrom(["http://other.test/apt"]), []);
  });
});
