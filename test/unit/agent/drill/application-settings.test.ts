import assert from "node:assert/strict";
import { settingOptions } from "../../../../agent/drill/application-settings";

describe("the application's settings as a program's options", () => {
  it("are none where nothing was declared", () => {
    assert.equal(settingOptions(undefined), "");
  });

  it("keep spaces and backslashes in their values, so that none becomes another option", () => {
    assert.equal(
      settingOptions({ "app.tenant_id": "7", "app.name": "a -c fsync=off\\" }),
      "-c app.tenant_id=7 -c app.name=a\\ -c\\ fsync=off\\\\",
    );
  });
});
