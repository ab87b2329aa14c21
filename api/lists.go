package api

import (
	"context"
	"net/http"

	"github.com/partgauge/partgauge/internal/account"
)

// The lists that every client may ask for, which do not depend on who asks.
func (a *API) listRoutes() []route {
	const tag = "Common"
	return []route{
		{method: http.MethodGet, path: "/api/v2.0/colors/", id: "listColors", tag: tag, summary: "List colors", access: byUser, handle: call(a.listColors)},
		{method: http.MethodGet, path: "/api/v2.0/units/", id: "listUnits", tag: tag, summary: "List units", access: byUser, handle: call(a.listUnits)},
		{method: http.MethodGet, path: "/api/v2.0/countries/", id: "listCountries", tag: tag, summary: "List countries", access: byUser, handle: call(a.listCountries)},
		{method: http.MethodGet, path: "/api/v2.0/currencies/", id: "listCurrencies", tag: tag, summary: "List currencies", access: byUser, handle: call(a.listCurrencies)},
		{method: http.MethodGet, path: "/api/v2.0/materials/", id: "listMaterials", tag: tag, summary: "List materials", access: byUser, handle: call(a.listMaterials)},
		{method: http.MethodGet, path: "/api/v2.0/forms/", id: "listForms", tag: tag, summary: "List forms", access: byUser, handle: call(a.listForms)},
		{method: http.MethodGet, path: "/api/v2.0/tax-types/", id: "listTaxTypes", tag: tag, summary: "List tax types", access: byUser, handle: call(a.listTaxTypes)},
	}
}

func (a *API) listColors(context.Context, account.Actor, *struct{}) ([]Color, error) {
	return palette, nil
}

func (a *API) listUnits(context.Context, account.Actor, *struct{}) ([]CodeAndName, error) {
	names := map[string]string{"mm": "Millimeter", "inch": "Inch"}
	return mapped(account.Units(), func(code string) CodeAndName { return CodeAndName{code, names[code]} }), nil
}

func (a *API) listCountries(context.Context, account.Actor, *struct{}) ([]CodeAndName, error) {
	return mapped(account.Countries(), func(c account.Country) CodeAndName { return CodeAndName{c.Code, c.Name} }), nil
}

func (a *API) listCurrencies(context.Context, account.Actor, *struct{}) ([]string, error) {
	return account.Currencies(), nil
}

// No service has materials yet, and none asks anything about a part.
func (a *API) listMaterials(context.Context, account.Actor, *struct{}) ([]ShortObject, error) {
	return nil, nil
}

func (a *API) listForms(context.Context, account.Actor, *struct{}) ([]Form, error) {
	return nil, nil
}

func (a *API) listTaxTypes(context.Context, account.Actor, *struct{}) ([]string, error) {
	return []string{"VAT", "Sales Tax"}, nil
}

// CodeAndName is an entry of a fixed list.
type CodeAndName struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// ShortObject names an object.
type ShortObject struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Color is a color that a part can be given.
type Color struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Hex  string `json:"hex" example:"#ffffff"`
}

var palette = []Color{
	{1, "White", "#ffffff"},
	{2, "Black", "#000000"},
	{3, "Grey", "#808080"},
	{4, "Red", "#d0021b"},
	{5, "Orange", "#f5a623"},
	{6, "Yellow", "#f8e71c"},
	{7, "Green", "#2e8b57"},
	{8, "Blue", "#1f5fbf"},
	{9, "Purple", "#7d3c98"},
	{10, "Pink", "#e75480"},
	{11, "Brown", "#8b5a2b"},
	{12, "Natural", "#f2ead3"},
}

// Form is a set of questions about a part.
type Form struct {
	ID     int64       `json:"id"`
	Title  string      `json:"title"`
	Fields []FormField `json:"fields"`
}

// FormField is one question of a form.
type FormField struct {
	ID       int64    `json:"id"`
	Label    string   `json:"label"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Choices  []string `json:"choices"`
}
